X = 1
Y = 2
_hidden = 3


def f():
    return X
