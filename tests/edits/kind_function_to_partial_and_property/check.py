assert m.go(2) == (10, 2)
assert go(2) in ((10, 2), (1, 2))
assert c.v == 2
