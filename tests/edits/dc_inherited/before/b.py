from dataclasses import dataclass
from a import Base
@dataclass
class Sub(Base):
    y: int = 2
    def total(self):
        return self.x + self.y
