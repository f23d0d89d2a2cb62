m.init()
assert m.STATE==['b']
