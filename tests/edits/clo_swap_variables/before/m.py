def make(a, b):
    def inner():
        return a
    return inner
