c.x = 5
assert c.x == ('got', 10)
