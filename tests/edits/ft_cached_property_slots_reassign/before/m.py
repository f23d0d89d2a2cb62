from functools import cached_property, lru_cache
class C:
    @cached_property
    def v(self): return [1]
    @lru_cache(maxsize=None)
    def w(self): return 'w1'
    @staticmethod
    @lru_cache
    def s(x): return ('s1',x)
