# refused
assert m.f() == "old"
