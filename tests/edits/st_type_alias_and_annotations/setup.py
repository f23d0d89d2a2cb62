import m
m.count = 5
