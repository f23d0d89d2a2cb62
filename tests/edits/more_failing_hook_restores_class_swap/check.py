# refused
assert type(c) is C is m.C and vars(c) == {"v": 1} and not isinstance(c, m.Base) and C().v == 1
