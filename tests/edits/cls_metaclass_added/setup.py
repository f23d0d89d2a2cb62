import m
k = m.K()
