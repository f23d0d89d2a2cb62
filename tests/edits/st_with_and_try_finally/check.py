assert (m.READY, m.VALUE, m.LIMIT, m.DONE) == ("SETUP", 2, -1, True)
assert m.LOG == ["setup", "setup"]
