class Factory:
    def __init__(self, cls):
        self.cls = cls
        self.made = []

    def __call__(self, *args):
        self.made.append(self.cls(*args))
        return self.made[-1]


@Factory
class Item:
    def show(self):
        return "old"
