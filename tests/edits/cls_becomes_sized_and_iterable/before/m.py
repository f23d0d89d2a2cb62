class Bag:
    def __init__(self):
        self.items = [1, 2]


class Strict:
    def __len__(self):
        return 1
