from enum import IntEnum


class L(IntEnum):
    LOW = 1
    HIGH = 2


DEFAULT = L.LOW
