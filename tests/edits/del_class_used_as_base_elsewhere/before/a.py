class Base:
    def go(self):
        return "base"


class Other:
    def go(self):
        return "other"
