from __future__ import annotations


def f(x: int = 1) -> int:
    return x
