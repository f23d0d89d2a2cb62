import m
f=m.f
f(1)
