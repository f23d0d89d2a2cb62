'''old doc'''
__all__ = ['f']
__version__ = '1'
def f():
    return 1
