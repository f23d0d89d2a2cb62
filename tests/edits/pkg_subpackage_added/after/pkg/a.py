from .sub import g
def f():
    return g()
