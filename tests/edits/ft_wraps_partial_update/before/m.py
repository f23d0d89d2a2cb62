from functools import wraps
def a(x):
    '''doc a'''
    return x
@wraps(a)
def b(x):
    return a(x)
