assert q.show() == ("new", 1, "p") and q.both() == [1, 2]
assert r.all() == [3, 4, 5]
assert raises(AttributeError, setattr, q, "z", 1)
