import m
m.add(1)
