c.b = 3
assert (c.a, c.b, c._b) == (1, 3, 3)
