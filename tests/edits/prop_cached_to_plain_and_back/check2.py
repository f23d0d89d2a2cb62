assert d.v == "again"
assert c.v in ("again", ("cached", 1))
