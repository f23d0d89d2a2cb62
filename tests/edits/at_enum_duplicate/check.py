# refused
assert list(C) == [a]
