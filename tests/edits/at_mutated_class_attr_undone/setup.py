import m
d=m.D()
