from __future__ import annotations


def f(x: Missing | str = "a", *, y: list[Missing] = ()) -> Missing:
    return x
