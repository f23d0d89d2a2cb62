"""A docstring pushes everything down."""

import math


def outer():
    """So does this one."""
    def inner():
        return 1 / 0
    return inner


class C:
    """And this."""

    key = lambda self: 1 / 0

    def go(self):
        x = math.pi
        return [x / 0 for _ in "a"]
