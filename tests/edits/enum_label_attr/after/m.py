from enum import Enum
class E(str, Enum):
    def __new__(cls, v, label):
        o = str.__new__(cls, v); o._value_ = v; o.label = label
        return o
    A = 'a', 'First!'
    B = 'b', 'second'
    C = 'c', 'third'
