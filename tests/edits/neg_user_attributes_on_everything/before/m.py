import functools


def f():
    return "old"


class C:
    def go(self):
        return "old"


@functools.lru_cache
def cached(x):
    return x
