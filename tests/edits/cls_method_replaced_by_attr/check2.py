assert c.f() == 2
