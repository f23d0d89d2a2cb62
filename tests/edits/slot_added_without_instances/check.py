assert m.P(1, 2).show() == ("new", 1, 2)
assert P(1, 2).show() == ("new", 1, 2)
assert m.P is P or isinstance(P(1), m.P)
