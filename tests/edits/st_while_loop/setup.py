import m
assert m.RES==243
