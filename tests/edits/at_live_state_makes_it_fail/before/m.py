STATE = []
def f():
    return 'old'
X = 1
