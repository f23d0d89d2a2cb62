class Base:
    __slots__ = ("first", "__dict__")
    seen = []

    def __init__(self, first):
        self.first = first

    def __migrate__(self, old):
        Base.seen.append(sorted(old))
        self.first = old["first"] * 100
