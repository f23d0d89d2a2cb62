from enum import Enum
BASE = 20
class E(Enum):
    A = BASE
    B = BASE + 1
    def show(self): return ('new', self.value)
