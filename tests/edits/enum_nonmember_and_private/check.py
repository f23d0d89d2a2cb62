assert m.E.A is a and list(m.E) == [a, m.E.B]
assert m.E.table == {"k": 2}
assert not hasattr(m.E, "junk")
