from dataclasses import dataclass
from enum import Enum


@dataclass
class P:
    x: int = 0
    y: int = 5


class E(Enum):
    A = 10
    B = 2


class C:
    def go(self):
        return "new"
