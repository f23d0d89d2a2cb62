import m
from m import C, g
c = C()
