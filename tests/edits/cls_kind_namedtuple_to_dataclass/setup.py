import m
p=m.P(1,2)
