class A:
    def __init__(self):
        self.x = 1

    def __migrate__(self, old):
        self.x = 100
        self.extra = True


class B:
    def __init__(self):
        self.y = [1]

    def __migrate__(self, old):
        self.y.append(2)
        del self.y[0]
        raise RuntimeError("no")
