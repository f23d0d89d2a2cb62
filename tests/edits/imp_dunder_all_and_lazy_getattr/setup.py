import m
assert m.lazy == "old lazy"
