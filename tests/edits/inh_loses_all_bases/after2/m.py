class Base:
    def who(self):
        return "BASE"


class C(Base):
    def go(self):
        return 3
