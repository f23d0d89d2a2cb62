from enum import Enum
class E(Enum):
    A='a'
    @classmethod
    def _missing_(cls,v): return cls.A
