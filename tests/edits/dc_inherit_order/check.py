assert x.total()==9 and x.c==['c'] and m.D(1,a=2,c=[]).c==[] and repr(m.D(1))=="D(a=1, c=['c'], d=1)", repr(m.D(1))
assert m.D(7,a=2)==x
