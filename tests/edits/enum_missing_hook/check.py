assert m.E("A") is a
assert str(a) == "<a>"
