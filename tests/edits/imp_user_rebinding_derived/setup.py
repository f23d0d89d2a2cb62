import c,m
k=m.K()
