def make(a, b):
    def f(x):
        return ('new', b, x)
    return f
