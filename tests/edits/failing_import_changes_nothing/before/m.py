import other
X = 1
def f():
    return X
