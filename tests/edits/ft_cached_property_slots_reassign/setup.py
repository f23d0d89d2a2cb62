import m
c=m.C(); v=c.v; c.w(); m.C.s(1)
