from enum import IntEnum
class L(IntEnum):
    LOW=1
    HIGH=2
def is_high(x): return x >= L.HIGH
