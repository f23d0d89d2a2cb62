from dataclasses import dataclass


@dataclass
class Inner:
    v: int = 0
    w: int = 5


@dataclass
class P:
    inner: Inner
    name: str = "n"
