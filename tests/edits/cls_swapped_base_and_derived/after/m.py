class Root:
    def who(self):
        return "R"


class A(Root):
    def who(self):
        return "A" + super().who()


class B(A):
    def who(self):
        return "b" + super().who()
