import m
m.N = 50
f = m.f
