import m
c, f = m.C(), m.f
