import m
f=m.f
