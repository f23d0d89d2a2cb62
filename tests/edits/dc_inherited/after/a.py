from dataclasses import dataclass
@dataclass
class Base:
    x: int = 10
    z: int = 3
