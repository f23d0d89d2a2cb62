assert ref() is n and cache["a"].show() == ("new", 1, "node")
assert raises(AttributeError, setattr, n, "other", 1)
