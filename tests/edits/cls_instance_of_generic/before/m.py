from typing import Generic, TypeVar
T = TypeVar('T')
class Box(Generic[T]):
    def __init__(self, v):
        self.v = v
    def get(self):
        return ('old', self.v)
