class A:
    pass


class B:
    def b(self):
        return "b"


class C(A):
    x = 1

    def go(self):
        return ("v1", self.x)
