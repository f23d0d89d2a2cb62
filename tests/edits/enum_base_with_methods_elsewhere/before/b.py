from a import Base


class Color(Base):
    RED = 1
