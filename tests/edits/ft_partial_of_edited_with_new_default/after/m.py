from functools import partial


def power(base, exponent=3, *, scale=1):
    return scale * base ** exponent


square = partial(power, exponent=2, scale=10)
TABLE = {"sq": partial(power)}
