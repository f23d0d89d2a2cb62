SIZE = 4
class Pool:
    def __init__(self, n):
        self.n = n
POOL = Pool(SIZE)
