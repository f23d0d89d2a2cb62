import a

FACTOR = 3


class B:
    def other(self):
        return a.A()

    def tag(self):
        return f"b2 {a.LIMIT}"
