n = m.D()
assert n.b == 1 and n.c == 2 and isinstance(d, m.Base) and d.who() == 'D' and isinstance(d, m.C)
