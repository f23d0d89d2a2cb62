assert m.Outer.Middle.Inner is held
assert i.go() == ("new", 2, 3)
assert m.Outer.Middle.Added.__qualname__ == "Outer.Middle.Added"
