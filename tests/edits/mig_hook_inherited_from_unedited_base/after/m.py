class Base:
    def __migrate__(self, old):
        self.__dict__.setdefault("moves", []).append(type(self).__name__)


class A(Base):
    x = 2


class B(Base):
    x = 1
