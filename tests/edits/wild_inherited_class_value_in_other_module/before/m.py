from base import Base


class Sub(Base):
    double = Base.limit * 2
    opts = {**Base.opts, "b": 2}

    def go(self, n=Base.limit):
        return n


TOP = Sub.limit + 100
