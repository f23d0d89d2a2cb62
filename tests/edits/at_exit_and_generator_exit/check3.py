# refused
assert m.f() == "old" and not hasattr(m, "Quiet")
