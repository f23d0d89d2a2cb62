SIZE = 4


class Pool:
    def __init__(self):
        self.slots = [None] * SIZE

    def size(self):
        return len(self.slots)


POOL = Pool()
KEPT = []


class Other:
    def read(self):
        return SIZE


OTHER = Other()
