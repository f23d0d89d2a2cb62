import m
a = m.A()
A = m.A
