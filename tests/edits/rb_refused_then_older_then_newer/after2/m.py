K = 3
LOG = []


def f():
    LOG.append(K)
    return K * 100
