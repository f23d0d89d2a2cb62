assert c.go() == (2, 20, 3)
assert f() == (2, 2)
