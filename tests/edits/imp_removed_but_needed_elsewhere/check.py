assert a.f() == 2
assert not hasattr(a, "helper")
assert raises(AttributeError, c.g)
