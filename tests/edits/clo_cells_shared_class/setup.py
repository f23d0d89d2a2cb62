import m
a,up=m.a,m.up
