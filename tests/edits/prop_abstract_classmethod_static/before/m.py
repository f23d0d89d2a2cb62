from abc import ABC, abstractmethod
class A(ABC):
    @classmethod
    @abstractmethod
    def k(cls): ...
    @staticmethod
    @abstractmethod
    def s(): ...
class B(A):
    @classmethod
    def k(cls): return 1
    @staticmethod
    def s(): return 1
