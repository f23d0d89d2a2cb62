from b import helper


def f():
    return helper()
