import m
c=m.C()
