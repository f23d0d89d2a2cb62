from dataclasses import dataclass
@dataclass
class P:
    y: int
    x: int
