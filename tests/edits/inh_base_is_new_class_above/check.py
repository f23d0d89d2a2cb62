assert c.go() == "new" and c["a"] == 1
assert c.name() == "named"
assert m.C(b=2)["b"] == 2
