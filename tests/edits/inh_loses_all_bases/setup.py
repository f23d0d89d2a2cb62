import m
from m import C
c = C()
c.x = 4
