assert c.f() == 'v1' and c.a == 1 and not hasattr(c, 'b') and not hasattr(c, 'p') and g() == 1 and m.X == 1
assert not hasattr(m, 'extra') and raises(TypeError, g, 1, 2) and m.C is C and m.g is g
