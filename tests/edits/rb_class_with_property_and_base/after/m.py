class A:
    pass


class B:
    def b(self):
        return "b"


class C(B):
    y = 2

    @property
    def go(self):
        return ("v2", self.y)
