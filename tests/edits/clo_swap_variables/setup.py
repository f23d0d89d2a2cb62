import m
from m import make
old = make(1, 2)
