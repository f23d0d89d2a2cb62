from dataclasses import dataclass
@dataclass
class P:
    x: int
    y: int
    def s(self): return self.x+self.y
