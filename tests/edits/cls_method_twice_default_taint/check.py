assert c.m() == "second"
assert c.n() == 2
