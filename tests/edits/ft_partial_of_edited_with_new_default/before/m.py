from functools import partial


def power(base, exponent=2):
    return base ** exponent


square = partial(power, exponent=2)
TABLE = {"sq": partial(power)}
