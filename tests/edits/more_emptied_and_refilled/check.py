assert not hasattr(m, "K") and not hasattr(m, "f") and not hasattr(m, "C")
assert raises(NameError, f)
