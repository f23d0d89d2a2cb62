import m
a=m.E.A
