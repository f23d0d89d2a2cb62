import m
r = m.Row()
assert r.where() == "old"
