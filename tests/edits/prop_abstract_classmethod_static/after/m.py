from abc import ABC, abstractmethod
class A(ABC):
    @classmethod
    @abstractmethod
    def k(cls): ...
    @staticmethod
    def s(): return 'base'
    @property
    @abstractmethod
    def p(self): ...
class B(A):
    @classmethod
    def k(cls): return 2
    @property
    def p(self): return 'p'
