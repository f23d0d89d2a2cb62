from functools import lru_cache


@lru_cache(maxsize=2)
def f(x):
    return x
