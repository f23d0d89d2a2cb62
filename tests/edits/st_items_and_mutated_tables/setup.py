import m
m.STATE["mine"].append(1)
state = m.STATE
