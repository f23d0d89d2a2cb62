import m
c = m.C(a=1)
