assert x.secret == "found"
assert raises(AttributeError, getattr, x, "foo")
x.y = 1
assert x.y == ("set", 1)
