RATE = 2


def scale(x):
    return x * RATE
