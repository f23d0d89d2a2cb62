class S:
    __slots__=('a','b')
    def __init__(self): self.a=1; self.b=2
    def v(self): return ('2',self.a,self.b)
