assert m.read(p) == [2, 1] == m.read(m.P(1, 2))
