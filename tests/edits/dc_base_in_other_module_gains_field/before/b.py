from dataclasses import dataclass

from a import Base


@dataclass
class Sub(Base):
    z: int = 9


one = Sub(1)
