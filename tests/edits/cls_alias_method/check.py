assert c.f() == c.g() == 2 and C.f is C.g
