import m
a,b=m.V(1),m.V(2)
assert a<b and b>=a
