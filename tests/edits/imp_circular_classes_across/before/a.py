import b


class A:
    def other(self):
        return b.B()

    def tag(self):
        return "a1"
