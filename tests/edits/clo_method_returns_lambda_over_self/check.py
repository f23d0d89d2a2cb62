c.n = 3
assert g(1) == ("new", 15, 1)
