import a


class B:
    def other(self):
        return a.A()

    def tag(self):
        return "b1"
