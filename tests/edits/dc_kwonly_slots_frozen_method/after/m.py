from dataclasses import dataclass, field
@dataclass(frozen=True, slots=True, kw_only=True)
class P:
    x: int
    tags: list = field(default_factory=list)
    def norm(self): return ('new', self.x)
    @property
    def double(self): return self.x*2
    @classmethod
    def zero(cls): return cls(x=0)
