def f():
    '''a'''
    return 2
