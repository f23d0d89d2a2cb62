class Base:
    def who(self):
        return "base"


class C:
    def go(self):
        return "old"
