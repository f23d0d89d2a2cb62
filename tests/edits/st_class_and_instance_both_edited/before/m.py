class Pool:
    def __init__(self, n):
        self.n = n
POOL = Pool(1)
