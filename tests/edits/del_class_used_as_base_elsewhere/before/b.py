from a import Base


class Sub(Base):
    pass
