import m
it = m.MAPPED
assert next(it) == 1
