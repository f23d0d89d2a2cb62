from enum import Enum
class E(Enum):
    A=1
class F(Enum):
    X=1
