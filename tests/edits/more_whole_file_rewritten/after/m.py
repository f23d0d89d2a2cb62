"""A new module."""
from dataclasses import dataclass


@dataclass
class D:
    n: int = 0


class C:
    """Now with a doc."""

    y: int = 5

    def go(self):
        return ("new", self.y)


def f(scale=1):
    return D(scale)


B = f(3).n
