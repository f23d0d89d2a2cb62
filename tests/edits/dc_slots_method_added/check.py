assert p.b() == 2 and P(2).b() == 3 and p == P(1)
