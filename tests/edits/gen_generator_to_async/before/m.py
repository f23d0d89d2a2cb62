def g(): yield 1
class C:
    def it(self): yield 1
    def __iter__(self): return self.it()
