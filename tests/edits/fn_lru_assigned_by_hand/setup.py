import m
from m import slow
assert slow(1) == 2
