assert d.go() == ["d", "C", "B", "A"]
assert type(d) is m.D
