def make(n):
    def g(x):
        return x * n
    return g
