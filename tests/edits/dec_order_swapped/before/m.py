import functools


def a(fn):
    @functools.wraps(fn)
    def wa(*x):
        return ["a", fn(*x)]
    return wa


def b(fn):
    @functools.wraps(fn)
    def wb(*x):
        return ["b", fn(*x)]
    return wb


@a
@b
def f():
    return 1
