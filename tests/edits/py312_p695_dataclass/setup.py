import m
b=m.B(1)
