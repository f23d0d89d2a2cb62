import m,copy
p=m.P(1)
