import m
old = m.make(1)
assert old(1) == [2, 2]
