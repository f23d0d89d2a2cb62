assert b.TEN == 30 and b.NAMES == {"ten": 30}
assert c.LABEL == "<30>"
assert c.STATE is state and state == [1]
