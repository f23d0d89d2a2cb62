from enum import Flag, auto
class P(Flag):
    A=auto()
    B=auto()
MASK=P.A|P.B
