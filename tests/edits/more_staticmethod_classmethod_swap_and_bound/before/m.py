class C:
    tag = "c"

    @staticmethod
    def a(x):
        return ("static", x)

    @classmethod
    def b(cls, x):
        return (cls.tag, x)

    def d(self, x):
        return ("self", x)
