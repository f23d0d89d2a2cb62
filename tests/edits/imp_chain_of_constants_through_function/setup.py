import a, b, c
c.STATE.append(1)
state = c.STATE
