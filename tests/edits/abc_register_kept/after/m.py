from abc import ABC, abstractmethod
class A(ABC):
    @abstractmethod
    def f(self): ...
    def g(self): return 'g'
class V:
    def h(self): return 'h'
A.register(V)
