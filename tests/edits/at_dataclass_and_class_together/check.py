# refused
assert repr(p) == "P(x=1)" and a.value == 1 and list(m.E) == [a] and c.go() == "old"
assert not hasattr(p, "y") and m.E(1) is a and raises(ValueError, m.E, 10)
