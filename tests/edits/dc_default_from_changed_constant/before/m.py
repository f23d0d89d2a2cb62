from dataclasses import dataclass, field

SIZE = 3


@dataclass
class P:
    n: int = SIZE
    items: list = field(default_factory=lambda: [0] * SIZE)
