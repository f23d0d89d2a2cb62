X = 5
def f():
    return X
