from abc import ABC, abstractmethod
class Base(ABC):
    def a(self):
        return 1
class Sub(Base):
    pass
