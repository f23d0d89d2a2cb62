assert (c.x, c.y, c.z) == ("new", "new", "new")
c.y = 1
assert c.saved == ("set", 1)
del c.x
assert c.saved == "deleted"
assert m.C.x is m.C.y
