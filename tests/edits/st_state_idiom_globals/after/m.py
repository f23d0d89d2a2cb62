if 'CACHE' not in globals():
    CACHE = {'fresh': 1}
def f():
    return 1
