import m
c=m.C(); c.x=1; prop=m.C.x; fset=m.C.x.fset
