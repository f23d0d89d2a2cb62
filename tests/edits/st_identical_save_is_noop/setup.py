import m
code = m.f.__code__
m.LOG.append(2)
