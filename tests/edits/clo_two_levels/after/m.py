def outer(a):
    def mid(b):
        def inner(c):
            return (c, b, a)
        return inner
    return mid
