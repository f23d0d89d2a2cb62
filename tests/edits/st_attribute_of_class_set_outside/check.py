assert (c.limit, c.names, c.kind, c.attached()) == (2, ["a"], "c", "new")
