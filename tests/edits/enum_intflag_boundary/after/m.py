from enum import Flag, KEEP, STRICT
class P(Flag, boundary=KEEP):
    A = 1
