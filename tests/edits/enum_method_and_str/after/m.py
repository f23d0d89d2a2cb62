from enum import Enum
class C(Enum):
    A = 1
    def show(self):
        return 'new'
    def __str__(self):
        return 'str ' + self.name
