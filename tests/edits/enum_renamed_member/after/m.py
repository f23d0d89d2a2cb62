from enum import Enum


class E(Enum):
    FIRST = 1
    B = 2
