assert c.q() == "q" and c.x == 2 and c.kept == [1] and isinstance(c, m.C)
held = m.C
