# refused
assert m.f()==('1',1)
