import m
L2 = m.make()
x, y = m.L1(), L2()
