import m
p = m.P(3, 2)
assert p.x == 12
