from dataclasses import dataclass


@dataclass(eq=False)
class A:
    x: int


@dataclass(unsafe_hash=True)
class B:
    x: int
