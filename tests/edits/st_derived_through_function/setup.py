import m
m.LOG.append(1)
