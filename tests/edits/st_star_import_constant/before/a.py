X = 1
_hidden = 1
def f():
    return X
