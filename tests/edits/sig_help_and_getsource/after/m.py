X = 1
def f(a, b=2):
    '''new doc'''
    return a
