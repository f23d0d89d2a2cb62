class B:
    __slots__=()
    def go(self): return 'b1'
class S(B):
    __slots__=('x',)
    def __init__(self): self.x=1
    def go(self): return ('s1',super().go())
