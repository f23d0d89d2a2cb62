class C:
    def gen(self):
        x = yield 'old'
        while True:
            x = yield self.step(x)
    def step(self, x):
        return ('new', x)
