from dataclasses import dataclass
from enum import Enum


@dataclass
class P:
    x: int = 0


class E(Enum):
    A = 1


class C:
    def go(self):
        return "old"
