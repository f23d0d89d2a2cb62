assert (a.X, b.X, b.Y, c.Z, c.SEEN) == (5, 5, 6, 60, [1])
