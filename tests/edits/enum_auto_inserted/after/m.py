from enum import Enum, auto


class E(Enum):
    A = auto()
    B = auto()
    C = auto()

    @classmethod
    def first(cls):
        return next(iter(cls))
