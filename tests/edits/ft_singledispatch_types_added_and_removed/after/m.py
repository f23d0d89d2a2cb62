from functools import singledispatch


@singledispatch
def show(x):
    return "ANY"


@show.register
def _(x: int):
    return "INT"


@show.register(str)
def show_text(x):
    return "TEXT"


@show.register
def _(x: list):
    return "LIST"
