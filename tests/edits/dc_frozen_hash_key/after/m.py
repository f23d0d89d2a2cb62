from dataclasses import dataclass
@dataclass(frozen=True)
class K:
    a: int
    b: int = 5
    def __str__(self): return 'K!'
