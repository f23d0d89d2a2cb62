assert c.size() == 2 and size() == 2
assert C.table["a"](c) == "new a" and a(c) == "new a"
assert c.key == "new"
