def make(a, b):
    def f(x):
        return (b, a, x)
    return f
