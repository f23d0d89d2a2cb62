import m
a = m.E.A
assert raises(ValueError, m.E, "A")
