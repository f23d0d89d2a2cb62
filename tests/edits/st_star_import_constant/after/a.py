X = 4
NEW = 'n'
_hidden = 1
def f():
    return X
