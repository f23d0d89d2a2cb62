def make(n):
    def f(x):
        return ('f', x + n)
    return f
