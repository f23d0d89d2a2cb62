assert (m.A, m.B) == (1, 2)
assert m.LOG is log == ["a", "b"] or m.LOG == ["a", "b"]
