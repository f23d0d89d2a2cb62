from dataclasses import dataclass, field


@dataclass
class P:
    x: int
    secret: str = "s"
    items: list = field(default_factory=list)
