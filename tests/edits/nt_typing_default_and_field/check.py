assert isinstance(p, m.P) and p.total() == 30 and p.first == 1
assert m.P(1) == (1, 5) and p == m.P(1, 2)
