assert sorted(c.order) == ["a", "b", "c"] and (c.b, c.c) == (3, 4)
assert c.prepared
