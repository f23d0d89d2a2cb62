assert (a.count, b.count) == (1, 1)
