assert bus.emit("x") == [("x", "f2"), ("x", "s2")] and m.bus is bus
assert m.TREE is tree and [f() for f in tree["k"][0]] == ["a2", "b2"]
