'''doc'''
import os


def a(): return 1


class C:
    x = 1
    def m1(self): return 1
    class N:
        def n1(self): return 2
    l=lambda self: 0
