from functools import singledispatch
@singledispatch
def show(x):
    return 'object'
@show.register
def _(x: int):
    return 'int'
@show.register
def _(x: str):
    return 'str'
