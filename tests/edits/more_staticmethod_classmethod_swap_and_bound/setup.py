import m
c = m.C()
a, b, d = c.a, c.b, c.d
