from abc import ABC, abstractmethod
class A(ABC):
    @property
    def p(self): return 7
class B(A): pass
