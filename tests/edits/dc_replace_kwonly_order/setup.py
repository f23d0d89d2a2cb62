import m
a=m.A(1,y=2)
