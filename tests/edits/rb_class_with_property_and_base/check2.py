assert m.C is C and c.go() == ("v1", 1) and isinstance(c, m.A) and not hasattr(c, "b")
assert set(vars(C)) == set(before)
