from .a import f, X
from . import a as mod
Y = X + 1
def g():
    return (f(), mod.X, Y)
