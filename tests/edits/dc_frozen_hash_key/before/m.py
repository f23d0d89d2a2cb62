from dataclasses import dataclass
@dataclass(frozen=True)
class K:
    a: int
    b: int = 0
