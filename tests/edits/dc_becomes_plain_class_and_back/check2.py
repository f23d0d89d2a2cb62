assert m.P(1) == m.P(1, 9) and repr(p) == "P(x=1, y=2)" and p < m.P(2)
