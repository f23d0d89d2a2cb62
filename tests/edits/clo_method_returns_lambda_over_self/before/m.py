class C:
    def __init__(self):
        self.n = 1

    def getter(self, k):
        return lambda x: ("old", self.n, k, x)
