assert m.f() == ("b", 1)
assert f() == ("b", 1)
