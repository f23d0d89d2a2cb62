class Store:
    def __init__(self):
        self.items = []


class Cart:
    def __init__(self):
        self.items = ["tea"]

    def add(self, x):
        self.items.append(x)
