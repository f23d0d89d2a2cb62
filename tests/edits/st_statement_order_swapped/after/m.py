LOG = []
B = 2
A = 1
LOG.append("a")
LOG.append("b")
