assert c.v == 10 and repr(c) == "C(10)"
c.v = 5
assert c.v == 50
