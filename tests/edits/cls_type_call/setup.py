import m
c=m.C(); D=m.C
