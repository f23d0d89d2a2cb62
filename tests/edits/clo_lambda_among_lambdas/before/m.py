def make(n):
    return (lambda x: x + n, lambda x: x - n)
