class Base:
    __slots__ = ("first", "__dict__")

    def __init__(self, first):
        self.first = first
