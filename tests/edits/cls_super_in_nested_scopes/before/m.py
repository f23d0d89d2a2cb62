class Base:
    def items(self):
        return [1, 2]


class C(Base):
    def items(self):
        return [3]

    def lazy(self):
        return 0
