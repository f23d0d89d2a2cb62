import m
c = m.C()
c.__dict__["x"] = "own"
assert c.x == "own"
