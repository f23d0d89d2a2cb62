class A:
    extra = 1

    def make(self):
        return B()

    def tag(self):
        return "A2"


class B:
    parent = A
    extra = A.extra + 1

    def make(self):
        return self.parent()


A.child = B
