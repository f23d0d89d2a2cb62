import functools


def loud(fn):
    @functools.wraps(fn)
    def w(*a, **k):
        return fn(*a, **k)
    return w


@loud
def f(a, b=1):
    """old"""
    return (a, b)
