import m
b,d=m.B(),m.D()
