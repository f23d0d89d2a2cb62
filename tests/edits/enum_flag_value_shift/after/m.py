from enum import Flag, auto
class P(Flag):
    Z=auto()
    A=auto()
    B=auto()
MASK=P.A|P.B
