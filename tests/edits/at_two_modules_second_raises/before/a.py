LOG = []
X = 1
def f():
    return 'v1'
