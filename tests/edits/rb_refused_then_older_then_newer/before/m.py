K = 1
LOG = []


def f():
    LOG.append(K)
    return K
