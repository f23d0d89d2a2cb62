import m
assert m.lazy=='L1'
