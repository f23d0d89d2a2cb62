import m, b
x = m.D(7, a=2)
