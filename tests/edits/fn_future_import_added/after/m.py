from __future__ import annotations


def f(x: Later = 2) -> Later:
    return x


def g(x: int) -> int:
    return x
