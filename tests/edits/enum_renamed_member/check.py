assert m.E.B is b and [e.name for e in m.E] == ["FIRST", "B"]
assert m.E(1) is m.E.FIRST
assert raises(KeyError, lambda: m.E["A"])
assert a.value == 1
