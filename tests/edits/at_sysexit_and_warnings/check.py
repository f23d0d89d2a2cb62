# refused
assert m.f()==1
