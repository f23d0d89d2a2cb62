import m
m.X.append(1)
