from dataclasses import dataclass
@dataclass
class P:
    x: int
    def __repr__(self):
        return 'mine'
