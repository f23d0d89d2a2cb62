import m
g = m.outer()
assert next(g) == ("old", "a")
