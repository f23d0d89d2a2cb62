assert c.names == ["n1", "n2", "n3"] and c.table["n3"] == 2
assert c.total == 6
