def f(acc={}, y=1):
    return acc, y
