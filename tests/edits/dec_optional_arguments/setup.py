import m
from m import named, plain
assert named() == ("y", 2)
