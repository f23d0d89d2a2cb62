import m
L2=m.mk(2); i=L2(); j=m.K()
