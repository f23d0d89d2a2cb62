def f(a, /, b, *, c=3, e):
    return (a, b, c, e)
