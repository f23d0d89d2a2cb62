import m
b=m.E.B
