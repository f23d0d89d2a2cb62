assert p.new == 3
assert [f.name for f in dataclasses.fields(p)] == ["x", "new"]
assert m.P(new=5).new == 5 and not hasattr(m.P, "old")
