# refused
assert (c.go(), m.f(), m.K) == ("old", 1, 1)
assert a.Base.seen == ["C"] and not hasattr(m, "D")
assert [s.__name__ for s in a.Base.__subclasses__()] == ["C"]
