from dataclasses import dataclass
@dataclass(frozen=True, slots=True)
class P:
    x: int
    def __migrate__(self, old):
        object.__setattr__(self,'x',old['x']*10)
