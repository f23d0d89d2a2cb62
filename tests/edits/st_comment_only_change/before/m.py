N = 0
def f():
    return 1
N += 1
