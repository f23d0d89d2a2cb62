import m
m.X.append(1); m.C.y.append(1)
x, y, f, go = m.X, m.C.y, m.f, m.C.go
