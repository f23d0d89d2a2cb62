class P:
    pass


class Q:
    def q(self):
        return "q"


class C:
    x = 1
