def make(n):
    def helper(x):
        return x * 100
    def f(x):
        return ('f2', x + n)
    return f
