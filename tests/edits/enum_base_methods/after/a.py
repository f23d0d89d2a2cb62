from enum import Enum
class Base(Enum):
    def show(self): return ('2',self.name)
    @property
    def low(self): return self.name.lower()
    @classmethod
    def names(cls): return [e.name for e in cls]
