class C:
    def __init__(self):
        self.k = 2

    def gen(self):
        return (x * self.k for x in range(3))

    def fns(self):
        return [lambda i=i: ("old", i, self.k) for i in range(2)]
