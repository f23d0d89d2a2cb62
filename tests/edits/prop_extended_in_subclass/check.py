assert s.v == ("base", 4)
s.v = 2
assert s.v == ("base", 6)
