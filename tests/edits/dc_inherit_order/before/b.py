from dataclasses import dataclass
@dataclass(kw_only=True)
class Base:
    a: int = 1
