import m
b=m.B()
