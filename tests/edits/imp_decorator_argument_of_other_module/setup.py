import conf, m
from m import f
assert f() == ("a", 1)
