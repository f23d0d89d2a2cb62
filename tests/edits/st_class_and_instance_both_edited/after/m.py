class Pool:
    def __init__(self, n):
        self.n = n * 100
POOL = Pool(2)
