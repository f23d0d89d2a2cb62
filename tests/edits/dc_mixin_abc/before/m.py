from dataclasses import dataclass
from abc import ABC, abstractmethod
@dataclass
class A(ABC):
    x: int=1
    @abstractmethod
    def area(self): ...
@dataclass
class B(A):
    y: int=2
    def area(self): return self.x*self.y
