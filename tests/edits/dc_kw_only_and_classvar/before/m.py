from dataclasses import dataclass, field
from typing import ClassVar
@dataclass
class P:
    x: int
    count: ClassVar[int] = 0
    tags: list = field(default_factory=list, repr=False)
    def bump(self):
        type(self).count += 1
