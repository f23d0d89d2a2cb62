assert isinstance(c, m.Base) and c.who() == "BASE" and c.go() == 3
assert m.C is C
