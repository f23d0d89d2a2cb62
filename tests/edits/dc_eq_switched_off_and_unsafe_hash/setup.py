import m
a, b = m.A(1), m.B(1)
