import m,inspect
c=m.C(1)
