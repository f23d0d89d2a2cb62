class A:
    def who(self):
        return "A"


class B(A):
    def who(self):
        return "B" + super().who()
