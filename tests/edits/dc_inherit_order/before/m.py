from dataclasses import dataclass
from b import Base
@dataclass
class D(Base):
    d: int = 5
    def total(self): return self.a + self.d
