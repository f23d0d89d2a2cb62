assert m.THRESH == 30 and m.C.k == 3 and m.f() == 3
