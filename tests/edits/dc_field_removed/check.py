assert repr(P(1)) == 'P(x=1)' and raises(TypeError, P, 1, 2) and p.x == 1 and p == P(1)
