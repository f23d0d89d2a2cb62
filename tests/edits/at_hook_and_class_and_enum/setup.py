import m
d=m.D(); c=m.C(); a=m.E.A; tot=m.TOTAL
