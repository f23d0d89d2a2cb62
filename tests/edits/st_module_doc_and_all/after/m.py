'''new doc'''
__all__ = ['f', 'g']
__version__ = '2'
def f():
    return 1
def g():
    return 2
