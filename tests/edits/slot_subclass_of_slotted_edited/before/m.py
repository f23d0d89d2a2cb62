class P:
    __slots__ = ("x",)

    def show(self):
        return ("old", self.x)


class Q(P):
    __slots__ = ("y",)

    def both(self):
        return (self.x, self.y)


class R(Q):
    pass
