from b import LIMIT


def f():
    return LIMIT
