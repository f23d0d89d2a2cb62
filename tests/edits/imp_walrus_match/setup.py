import m
assert m.BIG
