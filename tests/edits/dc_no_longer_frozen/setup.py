import m
p = m.P(1)
assert raises(AttributeError, setattr, p, "x", 2)
