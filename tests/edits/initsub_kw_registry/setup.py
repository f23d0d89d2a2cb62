import m
reg=m.P.reg
