class B:
    __slots__=()
    def go(self): return 'b2'
    def extra(self): return self.x
class S(B):
    __slots__=('x',)
    def __init__(self): self.x=1
    def go(self): return ('s2',super().go())
