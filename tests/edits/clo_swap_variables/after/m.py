def make(a, b):
    def inner():
        return b
    return inner
