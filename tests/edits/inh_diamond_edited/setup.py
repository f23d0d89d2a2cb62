import m
d = m.D()
assert d.go() == ["D", "B", "C", "A"]
