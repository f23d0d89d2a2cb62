assert c.a == 1 and c.z == 3 and not hasattr(c, 'b') and C.extra == 5
