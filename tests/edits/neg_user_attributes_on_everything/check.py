assert (m.f.mine, m.C.mine, m.mine, m.cached.mine, c.patched()) == (1, 2, 3, 4, "patched")
assert (m.f(), c.go(), m.cached(1), m.f.__doc__, m.C.__doc__) == ("new", "new", 2, "doc", "doc")
