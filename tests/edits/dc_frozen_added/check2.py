p.x = 5
assert p.x == 5 and raises(TypeError, hash, p)
