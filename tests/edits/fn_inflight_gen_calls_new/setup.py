import m
g=m.g(); next(g)
ge=(m.h(i) for i in range(2)); next(ge)
