from enum import IntEnum
class L(IntEnum):
    LOW=1
    MID=2
    HIGH=3
def is_high(x): return x >= L.HIGH
