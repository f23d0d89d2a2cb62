class C:
    tag = "c"

    @classmethod
    def a(cls, x):
        return ("class", cls.tag, x)

    @staticmethod
    def b(x):
        return ("static", x)

    @property
    def d(self):
        return "property"
