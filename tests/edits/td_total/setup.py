import m
T=m.T
