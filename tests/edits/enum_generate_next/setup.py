import m
a = m.E.AB
