import m
from m import f
assert f() == ["a", ["b", 1]]
