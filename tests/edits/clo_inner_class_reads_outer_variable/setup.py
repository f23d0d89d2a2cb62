import m
L = m.make(5)
x = L()
