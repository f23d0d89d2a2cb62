from enum import Enum
class Base(Enum):
    def show(self): return ('1',self.name)
