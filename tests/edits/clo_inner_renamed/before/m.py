def make(n):
    def f(x):
        return x + n
    return f
