class V:
    def __init__(self, n):
        self.n = n

    def __add__(self, other):
        return ("new", self.n + other)

    __radd__ = __add__

    def run(self):
        return "new"

    def start(self):
        return "start"

    go = start
