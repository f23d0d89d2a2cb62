import m
a,b=m.P.A,m.P.B
