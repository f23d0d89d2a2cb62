# refused
assert f() == ("old", 1) and (b.TWICE, b.K) == (2, 1)
assert not hasattr(a, "g") and not hasattr(b, "g") and not hasattr(c, "NEW") and a.LOG == []
