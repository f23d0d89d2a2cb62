assert (b.X, b.Y, b.Z, b.W) == (10, 20, 40, 5)
assert b.g() == 20 and g() == 20
assert (X, Z) == (10, 40)
assert not hasattr(b, "_hidden")
