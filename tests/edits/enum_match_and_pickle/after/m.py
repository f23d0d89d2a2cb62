from enum import Enum
class C(Enum):
    A = 1
    B = 3
def kind(c):
    match c:
        case C.A: return 'AA'
        case C.B: return 'b'
