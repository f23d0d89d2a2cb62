from enum import Enum, member, nonmember
class E(Enum):
    A=1
    N=nonmember(5)
    @member
    def F(self): return 1
