import m,inspect
c=m.C()
