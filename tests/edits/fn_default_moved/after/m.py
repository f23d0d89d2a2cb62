def f(y=1, acc={}):
    return y, acc
