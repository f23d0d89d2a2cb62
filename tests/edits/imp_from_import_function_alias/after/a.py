import functools
@functools.lru_cache
def f(): return 2
