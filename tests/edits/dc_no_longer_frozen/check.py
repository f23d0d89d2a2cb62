p.x = 5
assert p.x == 5
assert m.P(5) == p
assert raises(TypeError, hash, p)
