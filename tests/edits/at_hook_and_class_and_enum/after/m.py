from enum import Enum
from dataclasses import dataclass, field
class E(Enum):
    A=2
    B=3
@dataclass(order=True)
class D:
    x: int=2
    y: list=field(default_factory=list)
class B:
    k=1
class Q: pass
class C(Q, B):
    def go(self): return 2
    def __migrate__(self, old):
        self.z=1
        raise ValueError('x')
def f(a=2, *, b=3): return a
TOTAL=[2]
