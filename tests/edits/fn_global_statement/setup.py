import m
m.init(); s=m.STATE
