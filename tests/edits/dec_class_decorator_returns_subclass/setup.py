import m
from m import C
c = C()
