class P:
    def __init__(self, x):
        self.x = x

    def show(self):
        return ("old", self.x)


class Q(P):
    __slots__ = ("s",)
