import a


def g():
    return a.LIMIT
