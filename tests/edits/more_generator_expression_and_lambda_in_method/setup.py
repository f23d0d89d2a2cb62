import m
c = m.C()
g, fns = c.gen(), c.fns()
assert next(g) == 0
