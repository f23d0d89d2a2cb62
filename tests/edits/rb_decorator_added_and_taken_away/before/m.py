import functools


def loud(fn):
    @functools.wraps(fn)
    def w(*a):
        return ("loud", fn(*a))
    return w


def f(x, y=1):
    """doc"""
    return (x, y)
