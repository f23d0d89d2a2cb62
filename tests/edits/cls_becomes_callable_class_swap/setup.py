import m
from m import make
L=[make]
