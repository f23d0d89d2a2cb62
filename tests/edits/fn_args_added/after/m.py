def f(a, *args, k=1, **kw):
    return (a, args, k, kw)
