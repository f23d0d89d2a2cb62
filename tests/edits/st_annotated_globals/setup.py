import m
m.y = 'mine'
