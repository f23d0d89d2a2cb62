from functools import cached_property, lru_cache
class C:
    @cached_property
    def v(self): return [2]
    @lru_cache(maxsize=None)
    def w(self): return 'w2'
    @staticmethod
    @lru_cache
    def s(x): return ('s2',x)
