import m
t=m.T
