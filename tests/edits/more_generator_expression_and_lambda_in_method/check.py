assert list(g) == [2, 4]
assert [f() for f in fns] == [("new", 0, 2), ("new", 1, 2)]
assert list(c.gen()) == [0, 200, 400]
