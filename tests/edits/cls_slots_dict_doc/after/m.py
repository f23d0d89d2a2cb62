class S:
    __slots__={'x':'doc X'}
    def __init__(self): self.x=1
    def v(self): return self.x
