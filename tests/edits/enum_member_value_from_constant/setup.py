import conf, m
a = m.E.A
