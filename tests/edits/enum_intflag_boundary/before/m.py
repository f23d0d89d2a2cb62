from enum import Flag, KEEP, STRICT
class P(Flag, boundary=STRICT):
    A = 1
