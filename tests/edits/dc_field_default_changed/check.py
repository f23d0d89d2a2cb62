assert P().y == 5 and p.y == 2 and P(3) == P(3, 5) and repr(p) == 'P(x=1, y=2)'
