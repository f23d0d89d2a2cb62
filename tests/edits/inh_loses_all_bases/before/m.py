class Base:
    def who(self):
        return "base"


class C(Base):
    def go(self):
        return 1
