LOG = []
X = 2
def f():
    return 'v2'
