import m
from m import f
f(1)
