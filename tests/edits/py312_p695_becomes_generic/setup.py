import m
a=m.A(); f=m.f
