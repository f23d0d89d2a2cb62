assert m.C is C and c.go() == 2 and c.x == 4
assert not isinstance(c, m.Base) and not hasattr(c, "who")
assert C().go() == 2
assert "__orig_bases__" not in vars(C)
