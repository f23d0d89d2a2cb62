from typing import NamedTuple
class P(NamedTuple):
    x: int
    y: int = 0
    def s(self): return self.x + self.y
