assert app.guard(boom) == (2, "new x")
assert app.guard(boom2) == (2, "new y")
assert isinstance(old, errs.Root)
