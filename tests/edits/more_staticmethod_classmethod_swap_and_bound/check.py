assert (c.a(1), c.b(2), c.d) == (("class", "c", 1), ("static", 2), "property")
