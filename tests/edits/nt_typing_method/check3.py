assert P(1).y == 5 and p.y == 0 and isinstance(p, P)
