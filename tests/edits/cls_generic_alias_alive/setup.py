import m
from m import Box, T
IntBox = Box[int]
b = IntBox(1)
