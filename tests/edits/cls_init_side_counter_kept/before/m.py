class Counter:
    total = 0
    registry = {}

    def __init__(self):
        type(self).total += 1
        self.registry[id(self)] = self
