assert c.v == 2 and c.extra() == 1 and isinstance(c, m.C)
