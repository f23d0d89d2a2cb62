from functools import singledispatch
@singledispatch
def f(x): return 'd2'
@f.register
def _(x: int): return 'i2'
@f.register
def _(x: float): return 'f2'
@f.register(str)
def _(x): return 's2'
