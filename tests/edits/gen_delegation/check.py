assert list(g) == [("new", "b")]
assert list(m.outer()) == [("new", "a"), ("new", "c")]
