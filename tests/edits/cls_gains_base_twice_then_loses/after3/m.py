class P:
    def p(self):
        return "p"


class Q:
    def q(self):
        return "q"


class C:
    x = 4
