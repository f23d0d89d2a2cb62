import m
a,b=m.A(),m.B()
