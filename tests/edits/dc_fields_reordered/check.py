assert P(5, 6).y == 5 and (p.x, p.y) == (1, 2) and P.__match_args__ == ('y', 'x')
