from m import f
assert f(1) == ('a', ('b', 1))
