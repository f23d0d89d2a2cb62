import m
a=m.E.A
assert m.E.B is a
