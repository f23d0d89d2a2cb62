import m
m.N.append(1)
n=m.N
