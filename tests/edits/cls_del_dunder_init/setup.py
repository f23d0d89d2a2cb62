import m
c=m.C(1)
