from dataclasses import dataclass, field


@dataclass
class Base:
    x: int
    y: int = 2
    tags: list = field(default_factory=list)
