import m
assert m.f(1) == f(1) == ('b', ('a', 1))
