# refused
assert p == m.P(1)
p.extra = 1
