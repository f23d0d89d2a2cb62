import m
a, b = m.A(), m.B()
a.count = b.count = 0
