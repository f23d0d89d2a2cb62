import m
c = m.C()
C = m.C
