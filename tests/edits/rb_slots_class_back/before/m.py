class S:
    __slots__=('a',)
    def __init__(self): self.a=1
    def v(self): return ('1',self.a)
