import functools
def d(n):
    def w(f):
        @functools.wraps(f)
        def i(*a): return (n, f(*a))
        return i
    return w
@d('a')
@d('b')
@d('c')
def f(x): return -x
