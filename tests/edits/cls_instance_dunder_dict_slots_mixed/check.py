assert (c.get(), c.x, c.y) == ('new', 1, 2)
