import m
assert m.W==-2
