import m
L = m.make()
x = L()
