LOG = []
LOG.append("a")
LOG.append("b")
A = 1
B = 2
