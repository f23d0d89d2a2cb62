from typing import Optional

Name = Optional[str]
count: int = 0
label: str


def f(x: Name = None) -> Name:
    return x
