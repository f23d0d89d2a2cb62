import m
from m import f
c=m.C(); h=c.g
