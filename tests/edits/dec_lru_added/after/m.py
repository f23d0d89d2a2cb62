from functools import lru_cache
CALLS = []
@lru_cache
def f(x):
    CALLS.append(x)
    return x
