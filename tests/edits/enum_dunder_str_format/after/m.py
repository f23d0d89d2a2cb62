from enum import IntEnum, StrEnum
class I(IntEnum):
    A=1
    def __str__(self): return 'I2'
class S(StrEnum):
    X='x'
