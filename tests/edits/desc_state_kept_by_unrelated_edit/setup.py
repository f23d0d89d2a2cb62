import m
c = m.C()
c.a, c.b = 10, 20
