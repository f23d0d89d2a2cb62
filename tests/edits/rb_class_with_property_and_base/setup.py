import m
C = m.C
c = C()
before = dict(vars(C))
