assert c.v == 7
c.v = 8
assert c.v == 8 and m.C.v == 7
