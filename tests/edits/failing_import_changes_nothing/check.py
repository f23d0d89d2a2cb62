# refused
assert m.X == 1 and m.f() == 1 and other.SEEN == []
