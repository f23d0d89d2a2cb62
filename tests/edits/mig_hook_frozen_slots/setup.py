import m
ps=[m.P(i) for i in range(3)]
