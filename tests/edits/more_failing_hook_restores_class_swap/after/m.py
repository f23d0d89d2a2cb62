class Base:
    def extra(self):
        return 1


class C(Base):
    def __init__(self):
        self.v = 1

    def __migrate__(self, old):
        self.v = 99
        raise ValueError("no")
