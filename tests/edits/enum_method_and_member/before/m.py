from enum import Enum
BASE = 10
class E(Enum):
    A = BASE
    B = BASE + 1
    def show(self): return ('old', self.value)
