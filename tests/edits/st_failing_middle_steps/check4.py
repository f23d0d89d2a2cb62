# refused
assert m.f()==('4',4)
