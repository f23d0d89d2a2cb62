# refused
assert vars(a) == {"x": 1} and b.y == [1]
assert not hasattr(m.A, "__migrate__")
