def a(fn):
    def w(*x):
        return ('a', fn(*x))
    return w
def b(fn):
    def w(*x):
        return ('b', fn(*x))
    return w
@b
@a
def f(x):
    return x
