import m
o=m.O(); i=o.mk()
