from dataclasses import InitVar, dataclass, field


@dataclass
class P:
    x: int
    scale: InitVar[int] = 10
    big: int = field(init=False, default=0)

    def __post_init__(self, scale):
        self.big = self.x * scale
