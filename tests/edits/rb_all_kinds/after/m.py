from enum import Enum
from dataclasses import dataclass
K=2
class E(Enum):
    A=K
    B=9
@dataclass(order=True)
class D:
    x: int=K
    y: str='y'
    def go(self): return ('2',self.x,self.y)
class P:
    def v(self): return 2
async def f(a=K): return a
