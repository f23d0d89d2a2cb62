# refused
assert c.go() == "old" and c["a"] == 1 and m.C(b=2)["b"] == 2
