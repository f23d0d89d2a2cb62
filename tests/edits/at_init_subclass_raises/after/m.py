from a import Base

K = 2


class C(Base):
    def go(self):
        return "new"


class D(Base):
    forbidden = True


def f():
    return K * 10
