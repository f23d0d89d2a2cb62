import m
c=m.C(); h=c.v
