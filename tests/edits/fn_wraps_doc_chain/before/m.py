import functools
def d(f):
    @functools.wraps(f)
    def w(*a, **k): return f(*a, **k)
    return w
@d
def f(a: int) -> int:
    'one'
    return a
