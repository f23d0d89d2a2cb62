from enum import Enum
class C:
    class K(Enum):
        A=1
    def __init__(self): self.k=self.K.A
    def is_a(self): return self.k is self.K.A
