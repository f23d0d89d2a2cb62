q = m.P(2, 5)
assert (q.x, q.big) == (2, 10)
assert p.x == 1 and p.big == 0
assert m.P(1, 0) == p
