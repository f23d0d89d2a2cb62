assert isinstance(c, m.Base) and c.who() == "BASE" and c.go() == 3
assert m.C is C
assert "__orig_bases__" not in vars(C)
