import m
c=m.C(); h=c.a
