assert p.show() == ('new', 1) and P(2).show() == ('new', 2) and p == P(1)
