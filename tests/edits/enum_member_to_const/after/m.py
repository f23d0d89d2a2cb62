from enum import Enum
class E(Enum):
    A=1
    C=3
    B=20
DEFAULT=E.B
ALL=[e.name for e in E]
BY={e.value:e for e in E}
