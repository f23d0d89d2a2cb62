from functools import singledispatch
@singledispatch
def f(x): return 'd'
@f.register
def fi(x:int): return 'i'
