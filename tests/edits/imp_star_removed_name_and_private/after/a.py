X = 10
Y = 20
W = 5
_hidden = 3


def f():
    return X
