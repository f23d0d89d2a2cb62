import m
m.f(1); m.f(2)
