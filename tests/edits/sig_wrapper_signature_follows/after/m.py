import functools


def loud(fn):
    @functools.wraps(fn)
    def w(*a, **k):
        return fn(*a, **k)
    return w


@loud
def f(a: int, b: int = 2, *, c=3) -> tuple:
    """new"""
    return (a, b, c)
