assert m.Point(1, 2, 3).z == 3 and p.x == 1 and p == (1, 2)
