# refused
assert m.X == 1
