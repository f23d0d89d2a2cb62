from abc import ABC, abstractmethod
class A(ABC):
    @abstractmethod
    def f(self): ...
class V: pass
A.register(V)
