from enum import Enum
class E(Enum):
    A=2
    C=3
class F(Enum):
    X=1
    X=2
