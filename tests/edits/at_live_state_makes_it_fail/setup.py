import m
m.STATE.append('boom')
