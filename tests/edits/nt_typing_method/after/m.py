from typing import NamedTuple
class P(NamedTuple):
    x: int
    y: int = 0
    def show(self):
        return ('new', self.x)
