from dataclasses import dataclass


@dataclass
class A:
    x: int


@dataclass
class B:
    x: int
