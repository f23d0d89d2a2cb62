from enum import IntEnum


class L(IntEnum):
    LOW = 1
    HIGH = 20


DEFAULT = L.HIGH
