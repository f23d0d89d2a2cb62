total = 0
_cache = None


def add(n):
    global total, last
    total += n
    last = n
    return total


def cache():
    global _cache
    if _cache is None:
        _cache = object()
    return (_cache,)
