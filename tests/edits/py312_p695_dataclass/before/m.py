from dataclasses import dataclass
@dataclass
class B[T]:
    x: T
    def up(self) -> T: return self.x
