assert c.go() == ("new", 5) and f(2) == m.D(2) and m.B == 3 and m.kept == "user"
assert not hasattr(m, "A") and not hasattr(m, "os") and not hasattr(c, "x") and m.__doc__ == "A new module."
