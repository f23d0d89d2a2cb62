import m
c=m.C(); h=m.C.h
