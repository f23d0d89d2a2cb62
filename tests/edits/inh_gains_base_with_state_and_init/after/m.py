class Store:
    def __init__(self):
        self.items = []

    def count(self):
        return len(self.items)


class Cart(Store):
    def __init__(self):
        super().__init__()
        self.items.append("coffee")

    def add(self, x):
        self.items.append(x + "!")
