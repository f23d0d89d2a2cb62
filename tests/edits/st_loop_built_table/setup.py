import m
m.STATE.append(1)
