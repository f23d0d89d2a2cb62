from dataclasses import dataclass, field
@dataclass(frozen=True, slots=True, kw_only=True)
class P:
    x: int
    tags: list = field(default_factory=list)
    def norm(self): return ('old', self.x)
