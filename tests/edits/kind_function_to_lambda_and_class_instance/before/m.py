def f(x):
    return ('def', x)
