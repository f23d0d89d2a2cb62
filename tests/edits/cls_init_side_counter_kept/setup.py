import m
a, b = m.Counter(), m.Counter()
