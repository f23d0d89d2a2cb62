from enum import Enum
class E(Enum):
    B = 2
    A = 1
    Z = 3
    def hi(self): return self.name
