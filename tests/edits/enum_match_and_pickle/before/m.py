from enum import Enum
class C(Enum):
    A = 1
    B = 2
def kind(c):
    match c:
        case C.A: return 'a'
        case C.B: return 'b'
