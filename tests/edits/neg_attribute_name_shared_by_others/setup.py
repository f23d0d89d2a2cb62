import m
m.LOG.append("mine")
log, b = m.LOG, m.b
b.log.append(1)
