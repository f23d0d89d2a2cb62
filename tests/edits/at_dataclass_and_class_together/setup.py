import m
p, a, c = m.P(1), m.E.A, m.C()
