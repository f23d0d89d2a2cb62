if 'CACHE' not in globals():
    CACHE = {}
def f():
    return 1
