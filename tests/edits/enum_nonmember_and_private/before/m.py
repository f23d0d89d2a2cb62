from enum import Enum, member, nonmember


class E(Enum):
    A = 1
    table = nonmember({"k": 1})
    _ignore_ = ["junk"]
    junk = 5
