from enum import Enum, auto
class C(Enum):
    Z = auto()
    A = auto()
    B = auto()
