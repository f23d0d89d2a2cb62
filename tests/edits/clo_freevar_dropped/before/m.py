def make(a, b):
    def f(x):
        return (a, b, x)
    return f
