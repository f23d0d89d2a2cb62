import m
bus = m.bus
tree = m.TREE
