assert a.x == 2 and b.y == (1,)
