assert m.show is show
assert [show(v) for v in (1.5, 1, "a", [], b"")] == ["ANY", "INT", "TEXT", "LIST", "mine"]
