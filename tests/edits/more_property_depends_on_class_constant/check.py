assert (t.f, t2.f, t.TABLE[2], t.LIMITS) == (31, 8, 6, (3, 30))
