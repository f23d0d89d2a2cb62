def make(a, b):
    c = a + b

    def inner(x):
        return [c, x]

    def other():
        return [b]
    return inner, other
