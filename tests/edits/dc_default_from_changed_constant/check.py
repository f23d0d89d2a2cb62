assert m.P().n == 4 and len(m.P().items) == 4
assert (p.n, len(p.items)) == (3, 3)
