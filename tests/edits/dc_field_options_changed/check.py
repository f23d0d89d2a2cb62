assert repr(m.P(1)) == "P(x=1, items=[0])"
assert p.items == [5]
assert m.P(1, "a") == m.P(1, "b")
assert dataclasses.fields(m.P)[1].metadata["k"] == 1
