K = 100
LOG = ["x"]


def f():
    return ("new", K)


def g():
    return 1
