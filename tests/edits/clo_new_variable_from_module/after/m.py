RATE = 2
EXTRA = 100


def make(n):
    def inner(x):
        return (x + n) * RATE + EXTRA
    return inner
