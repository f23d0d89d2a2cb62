K = 1


def g():
    return K
