from dataclasses import dataclass
from functools import cached_property
@dataclass
class A:
    xs: list
    @cached_property
    def n(self): return len(self.xs)
