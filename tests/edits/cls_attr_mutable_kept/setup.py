import m
c=m.C(); c.add('a'); m.C.items.append(1)
reg=m.C.reg
