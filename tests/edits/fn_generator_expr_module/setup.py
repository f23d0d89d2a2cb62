import m
assert m.f()==2
