from functools import lru_cache
CALLS = []
def f(x):
    CALLS.append(x)
    return x
