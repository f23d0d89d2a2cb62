import m
from m import f
cbs = [f]
