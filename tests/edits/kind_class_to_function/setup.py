import m
from m import thing
t = thing(1)
