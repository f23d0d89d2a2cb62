import m
m.CACHE['x'] = 1
