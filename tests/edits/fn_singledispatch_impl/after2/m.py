from functools import singledispatch
@singledispatch
def f(x): return 'd3'
@f.register(str)
def _(x): return 's3'
