import m
p = m.Point(1, 2)
origin = m.ORIGIN
