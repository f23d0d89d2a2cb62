from enum import Enum, member, nonmember
class E(Enum):
    A=2
    N=nonmember(6)
    @member
    def F(self): return 2
    B=9
