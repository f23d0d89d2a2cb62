class P:
    def __init__(self, n):
        self.n = n
        self.items = [n]
    def __migrate__(self, old):
        self.items.append('x')
        self.m = 1
        del self.n
        pass
