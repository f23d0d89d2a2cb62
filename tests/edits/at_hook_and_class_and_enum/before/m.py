from enum import Enum
from dataclasses import dataclass
class E(Enum):
    A=1
@dataclass
class D:
    x: int=1
class B: pass
class C(B):
    def go(self): return 1
def f(a=1): return a
TOTAL=[1]
