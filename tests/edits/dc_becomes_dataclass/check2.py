assert p != P(1) and P(2).x == 2 and 'P object' in repr(p)
