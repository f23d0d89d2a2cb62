RATE = 3


def scale(x):
    return x * RATE
