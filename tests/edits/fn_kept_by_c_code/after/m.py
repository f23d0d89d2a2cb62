import functools
import operator


def key(x):
    return x * 10


def combine(a, b):
    return a * b


SORT = functools.cmp_to_key(lambda a, b: b - a)
REDUCE = functools.partial(functools.reduce, combine)
MAPPED = map(key, [1, 2, 3])
