K = 2


def f():
    return K * 10
