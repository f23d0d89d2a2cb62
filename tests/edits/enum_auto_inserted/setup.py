import m
a, c = m.E.A, m.E.C
