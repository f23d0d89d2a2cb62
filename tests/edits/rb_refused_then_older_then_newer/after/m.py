K = 2
LOG = []


def f():
    LOG.append(K)
    return K * 10


K = undefined
