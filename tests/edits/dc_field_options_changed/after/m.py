from dataclasses import dataclass, field


@dataclass
class P:
    x: int
    secret: str = field(default="s", repr=False, compare=False, metadata={"k": 1})
    items: list = field(default_factory=lambda: [0])
