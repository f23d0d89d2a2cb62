assert (c.p(), c.q(), c.x) == ("p", "q", 3) and m.C is held
