assert m.f() == 2 and m.C().go() == 2 and f() == 2 and c.go() == 2
