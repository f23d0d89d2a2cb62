class P:
    __slots__ = ("x",)

    def __init__(self, x):
        self.x = x

    def show(self):
        return ("old", self.x)
