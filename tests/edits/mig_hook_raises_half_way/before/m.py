class P:
    def __init__(self, n):
        self.n = n
        self.items = [n]
