assert c.f() == 'v2' and c.p == 'p' and g() == 3 and not hasattr(c, 'a') and m.extra() == 1
