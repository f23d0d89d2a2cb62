import m
from m import f
a,d,p=m.E.A,m.D(),m.P()
