assert (B().tag, b.tag) == ("new", "old")
assert B.label == "b"
assert b.go() == 20
assert m.Meta.made == ["A", "B"]
assert type(B) is m.Meta and m.B is B
