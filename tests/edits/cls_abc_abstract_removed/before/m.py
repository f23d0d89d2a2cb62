from abc import ABC, abstractmethod


class Base(ABC):
    @abstractmethod
    def a(self): ...

    @property
    @abstractmethod
    def b(self): ...


class Half(Base):
    def a(self):
        return 1
