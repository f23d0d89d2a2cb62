from enum import IntEnum, StrEnum
class I(IntEnum):
    A=1
class S(StrEnum):
    X='x'
    def __str__(self): return 'S1'
