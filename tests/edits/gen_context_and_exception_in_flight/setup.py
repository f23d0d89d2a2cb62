import m
g = m.work()
next(g); g.send(1)
