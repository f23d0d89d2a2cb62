import m
c = m.C()
g = c.getter(5)
