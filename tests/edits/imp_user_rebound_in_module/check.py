assert a.X == 2 and b.X == 99
