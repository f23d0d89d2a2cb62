LOG = []
LOG.append(1)
def f():
    return 1
