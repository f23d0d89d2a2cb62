from enum import Enum

from conf import BASE


class E(Enum):
    A = BASE
    B = BASE + 1
