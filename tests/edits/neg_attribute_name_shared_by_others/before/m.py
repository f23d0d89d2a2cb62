class A:
    size = 1


class B:
    size = 1

    def __init__(self):
        self.log = []


a, b = A(), B()
LOG = [b.size]
TOTAL = a.size + 10
