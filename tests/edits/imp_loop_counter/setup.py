import m
assert m.avg==1
