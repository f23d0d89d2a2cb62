from dataclasses import dataclass, InitVar
from typing import ClassVar
@dataclass
class P:
    SCALE: ClassVar[int] = 10
    x: int
    s: InitVar[int] = 2
    def __post_init__(self, s):
        self.x *= s * self.SCALE
