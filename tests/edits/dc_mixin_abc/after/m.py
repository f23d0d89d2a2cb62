from dataclasses import dataclass
from abc import ABC, abstractmethod
@dataclass
class A(ABC):
    x: int=1
    w: int=7
    @abstractmethod
    def area(self): ...
    @abstractmethod
    def name(self): ...
@dataclass
class B(A):
    y: int=2
    def area(self): return self.x*self.y*self.w
    def name(self): return 'b'
