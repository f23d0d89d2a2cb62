assert m.Point(1, 2).z == 9 and m.ORIGIN.z == 9
assert m.move(m.Point(1, 2, 3), 1) == (2, 2, 3)
assert (p.x, p.y) == (1, 2)
