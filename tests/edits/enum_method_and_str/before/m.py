from enum import Enum
class C(Enum):
    A = 1
    def show(self):
        return 'old'
