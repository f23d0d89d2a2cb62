import m
k=m.f.__defaults__[0]; m.f()
