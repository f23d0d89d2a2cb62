from dataclasses import dataclass
@dataclass(slots=True)
class P:
    x: int
    def a(self):
        return self.x
    def b(self):
        return self.a() + 1
