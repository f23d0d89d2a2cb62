from enum import IntEnum, Flag
class L(IntEnum):
    LOW = 1
    HIGH = 5
class F(Flag):
    R = 1
    W = 2
