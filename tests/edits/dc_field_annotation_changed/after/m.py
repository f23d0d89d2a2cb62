from dataclasses import dataclass, fields
@dataclass
class P:
    x: float
