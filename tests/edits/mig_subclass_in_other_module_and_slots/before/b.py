from a import Base


class Sub(Base):
    __slots__ = ("__own",)

    def __init__(self, first):
        super().__init__(first)
        self.__own = first * 2

    def own(self):
        return self.__own


ALL = [Sub(1), Base(2)]
