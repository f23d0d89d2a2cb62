q = m.P(3)
assert (q.x, q.y, p.x, p.y) == (3, 5, 1, 2) and p != m.P(1)
assert repr(p).startswith("<m.P object")
