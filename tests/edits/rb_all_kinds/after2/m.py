from enum import Enum
from dataclasses import dataclass
K=1
class E(Enum):
    A=K
@dataclass
class D:
    x: int=K
    def go(self): return ('1',self.x)
class P:
    @property
    def v(self): return 1
    def __eq__(self,o): return True
    __hash__=None
def f(a=K): return a
