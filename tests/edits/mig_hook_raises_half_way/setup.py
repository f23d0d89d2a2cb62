import m
ps = [m.P(i) for i in range(5)]
lists = [p.items for p in ps]
