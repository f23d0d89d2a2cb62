assert c.x == 4 and not hasattr(c, "p") and c.kept == [1] and m.C is held
