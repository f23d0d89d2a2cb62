K = 1
LOG = []


def f():
    return ("old", K)
