from functools import wraps
def a(x):
    '''doc A'''
    return x
@wraps(a)
def b(x):
    return a(x)
