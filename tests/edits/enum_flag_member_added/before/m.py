from enum import Flag, auto
class P(Flag):
    R = auto()
    W = auto()
    RW = R | W
