assert c.x == 2
c.x = 3
assert c.x == 3
