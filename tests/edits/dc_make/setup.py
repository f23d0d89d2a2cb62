import m
p=m.mk()
