from enum import StrEnum
class S(StrEnum):
    A = 'a'
    B = 'b'
