import os
HERE = os.path.dirname(__file__)
NAME = __name__
def f():
    return (HERE, NAME)
