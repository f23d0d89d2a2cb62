def f(x):
    return x + 1


class C:
    def go(self):
        return "new"

    @classmethod
    def make(cls):
        return cls()
