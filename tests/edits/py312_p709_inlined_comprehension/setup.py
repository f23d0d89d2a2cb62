import m
c=m.C(); fs=c.f()
