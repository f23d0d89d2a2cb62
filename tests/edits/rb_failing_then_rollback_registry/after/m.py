from functools import singledispatch
@singledispatch
def f(x): return 'd'
@f.register(str)
def _(x): return 's'
def __migrate_module__(old): raise ValueError
