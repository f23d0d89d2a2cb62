assert last(m.f) == ('raise KeyError("v2")', "v2") or "v2" in str(last(m.f))
assert "c2" in inspect.getsource(c.go)
