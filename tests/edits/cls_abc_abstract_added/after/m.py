from abc import ABC, abstractmethod
class Base(ABC):
    def a(self):
        return 1
    @abstractmethod
    def b(self): ...
class Sub(Base):
    pass
