from typing import NamedTuple
class P(NamedTuple):
    x: int
    y: int = 5
    def show(self):
        return ('new', self.x)
    @property
    def both(self):
        return self.x + self.y
