class A:
    def __init__(self):
        self.x = 1

    def __migrate__(self, old):
        self.x = old["x"] + 1


class B:
    def __init__(self):
        self.y = [1]

    def __migrate__(self, old):
        self.y = tuple(old["y"])
