assert m.f() == ["b", ["a", 2]]
assert f() == ["b", ["a", 2]]
