from a import Base
class E(Base):
    A=1
    B=2
