class Base:
    def __init__(self):
        self.b = 1
class C(Base):
    def __init__(self):
        super().__init__()
        self.c = 2
class D(C):
    def who(self):
        return 'D'
