assert m.f() == 3
