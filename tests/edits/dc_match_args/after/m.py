from dataclasses import dataclass
@dataclass
class P:
    x: int
    y: int
def kind(p):
    match p:
        case P(0, y):
            return ('AXIS', y)
        case _:
            return 'other'
