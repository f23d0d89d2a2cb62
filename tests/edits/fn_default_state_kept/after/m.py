def f(x, cache={}, n=2):
    cache[x] = n
    return dict(cache)
