class A:
    def go(self):
        return ["A"]


class B(A):
    def go(self):
        return ["B", *super().go()]


class C(A):
    def go(self):
        return ["C", *super().go()]


class D(C, B):
    def go(self):
        return ["d", *super().go()]
