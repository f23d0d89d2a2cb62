class P:
    __slots__ = ("x",)
    kind = "p"

    def show(self):
        return ("new", self.x, self.kind)


class Q(P):
    __slots__ = ("y",)

    def both(self):
        return [self.x, self.y]


class R(Q):
    def all(self):
        return [*super().both(), self.z]
