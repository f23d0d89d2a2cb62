import m
a, b = m.E.A, m.E.B
