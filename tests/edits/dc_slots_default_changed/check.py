assert P(1).y == 9 and p.y == 0 and (p.x, p.y) == (1, 0)
