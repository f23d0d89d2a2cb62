q = m.P(1, 2)
assert (q.x, q.y) == (1, 2) and p.x == 1
