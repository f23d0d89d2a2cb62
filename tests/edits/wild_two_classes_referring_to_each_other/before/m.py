class A:
    def make(self):
        return B()

    def tag(self):
        return "A1"


class B:
    parent = A

    def make(self):
        return self.parent()


A.child = B
