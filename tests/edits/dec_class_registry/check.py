assert m.REGISTRY == {"C": [m.C]}
assert c.go() == "new" and c.x == 1
