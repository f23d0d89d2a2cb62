import m
from m import f
f(1)
d=f.__defaults__[0]
