from enum import Enum
class E(Enum):
    A='a'
    B='b'
    ALIAS='a'
    @classmethod
    def _missing_(cls,v): return cls.B
