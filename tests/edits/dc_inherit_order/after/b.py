from dataclasses import dataclass, field
@dataclass(kw_only=True)
class Base:
    a: int = 1
    c: list = field(default_factory=lambda: ['c'])
