from dataclasses import dataclass
@dataclass
class B[T]:
    x: T
    y: list[T] | None = None
    def up(self) -> T: return ('u',self.x)
