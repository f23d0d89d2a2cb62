from functools import lru_cache


class C:
    @lru_cache
    def go(self, x):
        return ("new", x)

    @staticmethod
    @lru_cache
    def s(x):
        return ("new", x)
