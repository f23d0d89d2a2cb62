FACTOR = 10
def scale(x):
    return x * FACTOR
class P:
    def __init__(self, v):
        self.v = scale(v)
    def __migrate__(self, old):
        self.v = scale(old['v'])
