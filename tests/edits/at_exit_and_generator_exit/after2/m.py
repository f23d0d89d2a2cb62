import sys


def f():
    return "new"


sys.exit(0)
