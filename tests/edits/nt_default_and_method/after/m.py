from typing import NamedTuple
class P(NamedTuple):
    x: int
    y: int = 5
    def s(self): return self.x * self.y
    @property
    def z(self): return 'z'
