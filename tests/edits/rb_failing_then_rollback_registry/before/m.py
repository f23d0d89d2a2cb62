from functools import singledispatch
@singledispatch
def f(x): return 'd'
@f.register(int)
def _(x): return 'i'
