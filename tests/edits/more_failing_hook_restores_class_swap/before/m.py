class Base:
    pass


class C:
    def __init__(self):
        self.v = 1
