from typing import Optional

Name = Optional[bytes]
count: int = 0
label: bytes
extra: float = 1.5


def f(x: Name = None) -> Name:
    return x
