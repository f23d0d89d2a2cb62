import b


def f():
    return b.helper() + 1
