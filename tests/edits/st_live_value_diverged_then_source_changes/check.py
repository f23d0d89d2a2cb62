assert m.hit() == (2, "user", 11)
