def outer(a):
    def mid(b):
        def inner(c):
            return (a, b, c)
        return inner
    return mid
