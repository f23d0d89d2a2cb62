import m
a=m.A()
