from functools import singledispatch


@singledispatch
def show(x):
    return "any"


@show.register
def _(x: int):
    return "int"


@show.register(str)
def show_text(x):
    return "text"
