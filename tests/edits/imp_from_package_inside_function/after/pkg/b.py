K = 2


def g():
    return K * 10
