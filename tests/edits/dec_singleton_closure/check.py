assert Config() is c is m.Config()
assert c.show() == ("new", 5, 3)
