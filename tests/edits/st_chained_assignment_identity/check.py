assert m.a is m.b and m.a == [0]
assert (m.x, m.y, m.z) == (1, 5, [6])
