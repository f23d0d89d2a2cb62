assert m.Row.table == "new"
assert r.where() == "new" and isinstance(r, m.Row)
