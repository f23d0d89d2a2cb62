import m
g = m.Grid()
