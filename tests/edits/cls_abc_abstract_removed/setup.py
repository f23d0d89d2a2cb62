import m
assert raises(TypeError, m.Half)
