from functools import singledispatch
@singledispatch
def f(x): return 'd1'
@f.register
def _(x: int): return 'i1'
@f.register(str)
def _(x): return 's1'
