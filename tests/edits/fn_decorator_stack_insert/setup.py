import m
from m import f
L=[f]
