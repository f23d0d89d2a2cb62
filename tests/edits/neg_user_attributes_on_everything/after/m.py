import functools


def f():
    """doc"""
    return "new"


class C:
    """doc"""

    tag = 1

    def go(self):
        return "new"


@functools.lru_cache
def cached(x):
    return x + 1
