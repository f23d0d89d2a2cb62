g.send(2)
assert g.throw(ValueError("boom")) == "caught"
g.close()
assert m.LOG == [("old", 1), ("new", 2), ("new", "boom"), ("new", "end")]
assert list(m.work()) == ["replaced"]
