assert c.go(1) == ("new", 1)
assert C.s(1) == ("new", 1)
