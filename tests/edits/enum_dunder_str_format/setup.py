import m
a=m.I.A;x=m.S.X
