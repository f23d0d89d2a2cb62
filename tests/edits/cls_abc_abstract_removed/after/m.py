from abc import ABC, abstractmethod


class Base(ABC):
    @abstractmethod
    def a(self): ...

    @property
    def b(self):
        return "b"


class Half(Base):
    def a(self):
        return 1
