import json as codec
def f():
    return codec.__name__
