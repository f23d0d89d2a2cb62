from dataclasses import dataclass
@dataclass
class R:
    w: int
    h: int
    @property
    def area(self):
        return self.w * self.h
