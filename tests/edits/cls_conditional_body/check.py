assert c.go() == "slow"
assert c.get_a() == "aa" and c.get_c() == "cc"
assert not hasattr(c, "_name")
