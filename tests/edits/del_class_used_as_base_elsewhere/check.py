assert s.go() == "OTHER"
assert isinstance(s, a.Other) and type(s) is b.Sub
assert not hasattr(a, "Base")
