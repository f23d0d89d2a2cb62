from enum import Enum, member, nonmember


class E(Enum):
    A = 1
    B = 2
    table = nonmember({"k": 2})
    _ignore_ = ["junk"]
    junk = 6
