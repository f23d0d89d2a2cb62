from dataclasses import dataclass


@dataclass
class Base:
    x: int
