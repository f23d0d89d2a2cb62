def f(x, cache={}, n=1):
    cache[x] = n
    return dict(cache)
