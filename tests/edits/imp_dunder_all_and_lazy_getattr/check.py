assert m.lazy2 == "new lazy2"
assert "b" in dir(m) and m.__all__ == ["a", "b"]
assert raises(AttributeError, getattr, m, "other")
