class Counter:
    total = 0
    registry = {}

    def __init__(self):
        type(self).total += 100
        self.registry[id(self)] = self

    def label(self):
        return "n"
