assert m.f() == 4
