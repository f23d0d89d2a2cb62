assert c.x == "descriptor"
assert raises(AttributeError, setattr, c, "x", 1)
