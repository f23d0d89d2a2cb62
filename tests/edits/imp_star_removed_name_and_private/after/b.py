from a import *

Z = Y * 2


def g():
    return f() + X
