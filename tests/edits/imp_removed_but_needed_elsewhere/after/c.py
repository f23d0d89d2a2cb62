import a


def g():
    return a.helper()
