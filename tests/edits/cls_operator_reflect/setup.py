import m
n=m.N(1)
assert raises(TypeError, lambda: 1+n)
