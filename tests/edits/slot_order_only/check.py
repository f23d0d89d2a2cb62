assert p.x == 1 and p.f() == 2
