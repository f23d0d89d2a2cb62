import m
from m import Shape, area
s = Shape()
