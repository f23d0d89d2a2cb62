import m
a=m.P.A
assert raises(ValueError, m.P, 8)
