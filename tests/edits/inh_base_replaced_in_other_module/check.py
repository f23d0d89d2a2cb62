assert c.who() == 'B' and isinstance(c, a.B)
