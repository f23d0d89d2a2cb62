from functools import lru_cache
@lru_cache(maxsize=None)
def f(x):
    return ('new', x)
@lru_cache
def g(x):
    return ('g', x)
class C:
    @lru_cache
    def h(self):
        return 'new'
