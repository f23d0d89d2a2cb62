import functools


def retry(times):
    def deco(fn):
        @functools.wraps(fn)
        def wrapper(*a, **k):
            for _ in range(times):
                result = fn(*a, **k)
            return (times, result)
        wrapper.times = times
        return wrapper
    return deco


class Api:
    @retry(2)
    def get(self, x):
        return ("old", x)

    @classmethod
    @retry(3)
    def make(cls):
        return cls.__name__
