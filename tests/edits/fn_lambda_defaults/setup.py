import m
f0,f1=m.fs; L=m.fs
