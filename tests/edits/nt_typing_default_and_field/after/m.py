from typing import NamedTuple


class P(NamedTuple):
    x: int
    y: int = 5

    def total(self):
        return (self.x + self.y) * 10

    @property
    def first(self):
        return self[0]
