class Mix:
    __slots__=()
    def extra(self): return 'x'
class A:
    def __init__(self): self.v=1
class B(A): pass
