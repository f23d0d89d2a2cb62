def thing(x):
    return ('f', x)
