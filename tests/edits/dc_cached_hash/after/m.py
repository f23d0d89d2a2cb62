from dataclasses import dataclass
from functools import cached_property
@dataclass(order=True, repr=False)
class A:
    xs: list
    @cached_property
    def n(self): return len(self.xs)*10
    def __repr__(self): return 'A!'
