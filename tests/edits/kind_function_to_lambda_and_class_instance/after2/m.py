def f(x):
    return ('def2', x)
