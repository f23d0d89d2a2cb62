from a import Base

K = 1


class C(Base):
    def go(self):
        return "old"


def f():
    return K
