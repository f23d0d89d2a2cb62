import functools


def loud(fn):
    @functools.wraps(fn)
    def w(*a):
        return ("loud", fn(*a))
    return w


@loud
def f(x, y=2):
    """new doc"""
    return (x, y)
