import m
a=m.C(); a.v; b=m.C()
