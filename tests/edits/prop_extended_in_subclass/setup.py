import m
s = m.Sub()
s.v = 2
assert s.v == 4
