A = 2


class C:
    def m(self, z=A):
        return ("first", z)

    def m(self):
        return "second"

    def n(self, z=A):
        return z
