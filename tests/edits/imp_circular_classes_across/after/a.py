import b

LIMIT = 5


class A:
    def other(self):
        return b.B()

    def tag(self):
        return f"a2 {b.FACTOR}"
