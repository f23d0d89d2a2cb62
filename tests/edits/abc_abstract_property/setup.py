import m
assert raises(TypeError, m.B)
